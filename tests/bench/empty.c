/* empty.c: /bin/true for the peers that need a build of their own. */
int main(void)
{
	return 0;
}
