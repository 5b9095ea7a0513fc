/*
 * pool_shutdown: a thread pool whose destructor joins its threads while it holds the lock of the queue.
 *
 *   gridlock build/examples/pool_shutdown
 *
 * Each worker needs queue_lock to see that it is to stop; the destructor keeps it until the workers have ended. Without gridlock the program hangs
 * for ever (end it with Ctrl-C). gridlock finds the ring, whose threads wait for a lock here and for the end of a thread there, a second after it
 * has closed, and ends the program with exit code 66.
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
		std::unique_lock<std::mutex> guard(queue_lock);
		stopping = true;
		changed.notify_all();
		for (auto &thread : threads)
			thread.join(); /* under queue_lock */
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
