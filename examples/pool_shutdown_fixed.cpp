/*
 * pool_shutdown_fixed: the corrected twin of pool_shutdown.cpp: the destructor says under queue_lock that it is over, and joins without it.
 *
 *   gridlock build/examples/pool_shutdown_fixed
 *
 * gridlock is silent but for its summary.
 */
#include <condition_variable>
#include <cstdio>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

class pool
{
      public:
	explicit pool(int count)
	{
		for (int i = 0; i < count; i++)
			threads.emplace_back(&pool::work, this);
	}

	~pool()
	{
		{
			std::unique_lock<std::mutex> guard(queue_lock);
			stopping = true;
			changed.notify_all();
		}
		for (auto &thread : threads)
			thread.join();
	}

	void add(std::function<void()> job)
	{
		std::unique_lock<std::mutex> guard(queue_lock);
		jobs.push_back(std::move(job));
		changed.notify_one();
	}

      private:
	void work()
	{
		std::unique_lock<std::mutex> guard(queue_lock);
		for (;;) {
			changed.wait(guard, [this] { return stopping || !jobs.empty(); });
			if (jobs.empty())
				return;
			auto job = std::move(jobs.front());
			jobs.pop_front();
			guard.unlock();
			job();
			guard.lock();
		}
	}

	std::mutex queue_lock;
	std::condition_variable changed;
	std::deque<std::function<void()>> jobs;
	std::vector<std::thread> threads;
	bool stopping = false;
};

int main()
{
	{
		pool workers(2);
		for (int i = 1; i <= 3; i++)
			workers.add([i] { std::printf("job %d is done\n", i); });
	}
	std::puts("the pool has gone");
}
