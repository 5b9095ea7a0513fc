#[link(name = "bank")]
extern "C" {
    fn bank_day();
}

#[test]
fn a_day_at_the_bank() {
    unsafe { bank_day() }
}
