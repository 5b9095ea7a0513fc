/* names.cpp: two locks in both orders, in functions whose names are long: of C++'s templates. */
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

template <class K, class V> struct Store {
	std::mutex lock;
	std::map<K, V> map;

	__attribute__((noinline)) void take(const K &key, Store<V, K> &other)
	{
		std::lock_guard<std::mutex> mine(lock);
		std::lock_guard<std::mutex> theirs(other.lock);

		(void)key;
	}
};
using Words = std::vector<std::string>;
static Store<std::string, Words> one;
static Store<Words, std::string> two;

int main()
{
	std::thread forth([] { one.take("", two); }), back;

	/* Not joined in between: nothing orders the two. */
	while (one.lock.try_lock() ? (one.lock.unlock(), false) : true)
		;
	back = std::thread([] { two.take({}, one); });
	forth.join();
	back.join();
}
