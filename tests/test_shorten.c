/* test_shorten.c: C++ names for people, and what is left alone. */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "report/shorten.h"

#define STRING "std::__cxx11::basic_string<char, std::char_traits<char>, std::allocator<char> >"

static const struct {
	const char *name, *shorter; /* NULL: nothing to shorten */
} names[] = {
	{"main", NULL},
	{"A -> B -> A", NULL},
	{"a > b", NULL},
	{"operator<<(int)", NULL},
	{"std::mutex::lock()", NULL},
	{"f(" STRING " const&)", "f(std::string const&)"},
	{"f(std::__1::basic_string<char, std::__1::char_traits<char>, std::__1::allocator<char> >)", "f(std::string)"},
	{"f(std::basic_string_view<char, std::char_traits<char> >)", "f(std::string_view)"},
	{"std::__cxx11::basic_string<wchar_t, std::char_traits<wchar_t>, std::allocator<wchar_t> >::size()",
	 "std::basic_string<wchar_t>::size()"},
	{"std::vector<int, std::allocator<int> >::push_back(int&&)", "std::vector<int>::push_back(int&&)"},
	{"std::map<" STRING ", std::vector<int, std::allocator<int> >, std::less<" STRING " >, std::allocator<std::pair<" STRING
	 " const, std::vector<int, std::allocator<int> > > > >::at(" STRING " const&)",
	 "std::map<std::string, std::vector<int>>::at(std::string const&)"},
	{"cut<std::vector<int, std::allocator<int", NULL},
	{"thread `w` takes `std::vector<int, std::allocator<int> >::lock` then `b`", "thread `w` takes `std::vector<int>::lock` then `b`"},
	{"Mine<int, mine::allocator<int> >", "Mine<int, mine::allocator<int>>"},
	{"", NULL},
};

START_TEST(names_are_shortened)
{
	char *shorter = shorten(names[_i].name);

	if (names[_i].shorter)
		ck_assert_str_eq(shorter, names[_i].shorter);
	else
		ck_assert_ptr_null(shorter);
	free(shorter);
}
END_TEST

static const struct {
	size_t room;
	const char *function, *shorter;
} fits[] = {
	{80, "f(int, long)", "f(int, long)"},
	{11, "f(int, long)", "f(...)"},
	{3, "f()", "f()"},
	{10, "ns::Class<int, long>::method(int, long) const", "ns::Class<...>::method(...) const"},
	{34, "ns::Class<int, long>::method(int, long) const", "ns::Class<...>::method(...) const"},
	{42, "ns::Class<int, long>::method(int, long) const", "ns::Class<int, long>::method(...) const"},
	{5, "ns::operator<(int, long)", "ns::operator<(...)"},
	{5, "main::{lambda(int, long)#1}::operator()(int, long) const", "main::{lambda(int, long)#1}::operator()(...) const"},
	{5, "a_long_name_of_c_that_has_nothing_to_give", "a_long_name_of_c_that_has_nothing_to_give"},
	{5, "broken<int, long(", "broken<int, long("},
};

START_TEST(a_function_gives_up_its_parameters_then_its_arguments)
{
	char *function = strdup(fits[_i].function);

	shorten_to_fit(function, fits[_i].room);
	ck_assert_str_eq(function, fits[_i].shorter);
	free(function);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("shorten");
	TCase *tests = tcase_create("shorten");
	SRunner *runner;
	int failed;

	tcase_add_loop_test(tests, names_are_shortened, 0, sizeof(names) / sizeof(names[0]));
	tcase_add_loop_test(tests, a_function_gives_up_its_parameters_then_its_arguments, 0, sizeof(fits) / sizeof(fits[0]));
	suite_add_tcase(suite, tests);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed != 0;
}
