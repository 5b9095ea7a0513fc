#include <gtest/gtest.h>

extern "C" void bank_day();

TEST(bank, a_day)
{
	bank_day();
}
