/* versions_x86_64_musl.h: musl's symbols have no versions. See versions_x86_64_glibc.h. */
