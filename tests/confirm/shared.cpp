// shared.cpp: std::shared_mutex and std::mutex: readers of two tables, each of which writes the other.
#include <chrono>
#include <mutex>
#include <shared_mutex>
#include <thread>

struct Table {
	std::shared_mutex lock;
	int rows = 0;
};

static void copy(Table &from, Table &to)
{
	for (int i = 0; i < 50; i++) {
		{
			std::shared_lock<std::shared_mutex> reading(from.lock);
			std::unique_lock<std::shared_mutex> writing(to.lock);
			to.rows = from.rows + 1;
		}
		std::this_thread::sleep_for(std::chrono::milliseconds(1));
	}
}

int main()
{
	Table users, groups;
	std::thread there([&] { copy(users, groups); });
	std::thread back([&] {
		std::this_thread::sleep_for(std::chrono::microseconds(500));
		copy(groups, users);
	});

	there.join();
	back.join();
	return 0;
}
