# install.mk: the manual page, where everything goes, and packages; included by the Makefile, whose variables it uses.
LIBDIR ?= $(PREFIX)/lib
# LIBDIR of the system (as /usr/lib/x86_64-linux-gnu): the library is preloaded as /usr/$LIB/libgridlock.so.
ZSHDIR ?= zsh/site-functions
completions := bash-completion/completions/gridlock $(ZSHDIR)/_gridlock fish/vendor_completions.d/gridlock.fish
shared := $(wildcard report/schema/*.json report/sql/*.sql)
# The command knows its options.
$(BUILD)/gridlock.1: report/man/gridlock.1.in $(BUILD)/gridlock
	for list in options subcommands formats; do $(BUILD)/gridlock completion mdoc-$$list >$@.$$list || exit; done
	sed -e '/^@options@/{r $@.options' -e 'd}' -e '/^@subcommands@/{r $@.subcommands' -e 'd}' -e '/^@formats@/{r $@.formats' -e 'd}' $< >$@

install: all    ## into $(DESTDIR)$(PREFIX): command, library, header, manual page, completions, schemas, SQL
	install -D $(BUILD)/gridlock $(DESTDIR)$(PREFIX)/bin/gridlock
	install -D -m 644 $(BUILD)/libgridlock.so $(DESTDIR)$(LIBDIR)/libgridlock.so
	install -D -m 644 -t $(DESTDIR)$(PREFIX)/share/gridlock $(shared)
	install -D -m 644 $(BUILD)/gridlock.1 $(DESTDIR)$(PREFIX)/share/man/man1/gridlock.1
	install -d $(dir $(addprefix $(DESTDIR)$(PREFIX)/share/,$(completions)))
	for file in $(completions); do $(BUILD)/gridlock completion $${file%%[/-]*} >$(DESTDIR)$(PREFIX)/share/$$file || exit; done
	install -D -m 644 include/gridlock.h $(DESTDIR)$(PREFIX)/include/gridlock.h
	install -d $(DESTDIR)$(PREFIX)/share/pkgconfig
	sed 's|@PREFIX@|$(PREFIX)|; s|@VERSION@|$(VERSION)|' debian/gridlock.pc.in >$(DESTDIR)$(PREFIX)/share/pkgconfig/gridlock.pc
uninstall:      ## what install put there
	rm -f $(DESTDIR)$(PREFIX)/bin/gridlock $(DESTDIR)$(LIBDIR)/libgridlock.so $(DESTDIR)$(PREFIX)/share/man/man1/gridlock.1
	rm -f $(addprefix $(DESTDIR)$(PREFIX)/share/,$(completions) $(addprefix gridlock/,$(notdir $(shared))))
	rm -f $(DESTDIR)$(PREFIX)/include/gridlock.h $(DESTDIR)$(PREFIX)/share/pkgconfig/gridlock.pc
deps-packages:  ## what check-deb and check-integrations need, by apt
	@tests/deps packages
deb:            ## Debian packages of what is committed, into $(BUILD)/deb
	@BUILD=$(BUILD) tests/deb/build
check-deb: deb $(BUILD)/examples/abba  ## lintian, and the packages in a bare Debian, made by debootstrap (root, minutes)
	@BUILD=$(BUILD) tests/deb/check
check-integrations: all  ## examples/integrations, each with its tool, where that is installed
	@BUILD=$(BUILD) tests/integrations/run
