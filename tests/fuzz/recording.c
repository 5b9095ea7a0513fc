/* recording: the bytes of the input are a recording's. */
#include "judge.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	judge_recording(data, size);
	return 0;
}
