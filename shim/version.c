/* version.c: which version the library is, where the command can read it without loading it. `strip` leaves it. */
static const char version[] __attribute__((used, section(".gridlock.version"))) = VERSION;
