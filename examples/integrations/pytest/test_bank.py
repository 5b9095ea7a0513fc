import ctypes


def test_a_day_at_the_bank():
    ctypes.CDLL("./libbank.so").bank_day()
