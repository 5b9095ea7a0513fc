// Links the C code, which ./bank.c is compiled to as libbank.so.
fn main() {
    println!("cargo:rustc-link-search=native={}", std::env::var("CARGO_MANIFEST_DIR").unwrap());
    println!("cargo:rustc-link-arg=-Wl,-rpath,{}", std::env::var("CARGO_MANIFEST_DIR").unwrap());
}
