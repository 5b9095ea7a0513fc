/*
 * custom_lock: a spin lock of the program's own, which no tool can know, annotated with gridlock.h: a bank whose transfers lock two accounts.
 *
 *   gridlock build/examples/custom_lock
 *
 * The source declares in which order its locks are taken: the bank before any account, and accounts by number. A statement is printed with its
 * account locked, and looks at the bank: against that order. One thread did it, once, and nothing hung; gridlock reports declared-order, with the
 * place where the order is declared, and ends with exit code 66. Built with -DGRIDLOCK_DISABLED the program has none of these lines, and gridlock
 * sees no lock in it at all.
 */
#include <gridlock.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>

/* ---- spin.c ---- */

struct spin {
	atomic_flag taken;
};

static void spin_lock(struct spin *spin)
{
	if (atomic_flag_test_and_set_explicit(&spin->taken, memory_order_acquire)) {
		GRIDLOCK_WILL_ACQUIRE(spin, 0);
		while (atomic_flag_test_and_set_explicit(&spin->taken, memory_order_acquire))
			;
	}
	GRIDLOCK_ACQUIRED(spin, 0);
}

static void spin_unlock(struct spin *spin)
{
	GRIDLOCK_WILL_RELEASE(spin, 0);
	atomic_flag_clear_explicit(&spin->taken, memory_order_release);
}

/* ---- bank.c ---- */

#define ACCOUNTS 4

static struct account {
	struct spin lock;
	long balance;
} accounts[ACCOUNTS];
static struct spin bank;
static long bank_total;

static void bank_open(void)
{
	GRIDLOCK_NAME(&bank, "bank");
	for (int i = 0; i < ACCOUNTS; i++) {
		accounts[i].balance = 100;
		bank_total += 100;
		GRIDLOCK_CLASS(&accounts[i].lock, "account");
		GRIDLOCK_ORDER(&bank, &accounts[i].lock);
	}
	for (int i = 1; i < ACCOUNTS; i++)
		GRIDLOCK_ORDER(&accounts[i - 1].lock, &accounts[i].lock);
}

static void transfer(int from, int to, long amount)
{
	struct account *first = &accounts[from < to ? from : to], *second = &accounts[from < to ? to : from];

	spin_lock(&first->lock);
	spin_lock(&second->lock);
	accounts[from].balance -= amount;
	accounts[to].balance += amount;
	spin_unlock(&second->lock);
	spin_unlock(&first->lock);
}

static void deposit(int to, long amount)
{
	spin_lock(&bank);
	spin_lock(&accounts[to].lock);
	accounts[to].balance += amount;
	bank_total += amount;
	spin_unlock(&accounts[to].lock);
	spin_unlock(&bank);
}

static void print_statement(int of)
{
	spin_lock(&accounts[of].lock);
	spin_lock(&bank);
	printf("account %d: %ld of %ld\n", of, accounts[of].balance, bank_total);
	spin_unlock(&bank);
	spin_unlock(&accounts[of].lock);
}

static void *customer(void *unused)
{
	for (int i = 0; i < 1000; i++)
		transfer(i % ACCOUNTS, (i + 1) % ACCOUNTS, 1);
	return unused;
}

int main(void)
{
	pthread_t customers[2];

	bank_open();
	deposit(2, 50);
	for (int i = 0; i < 2; i++)
		pthread_create(&customers[i], NULL, customer, NULL);
	for (int i = 0; i < 2; i++)
		pthread_join(customers[i], NULL);
	print_statement(2);
	return 0;
}
