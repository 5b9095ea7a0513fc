// Package bank calls C code that locks.
package bank

// #cgo LDFLAGS: -L${SRCDIR} -lbank -Wl,-rpath,${SRCDIR}
// void bank_day(void);
import "C"

// Day is a day at the bank.
func Day() { C.bank_day() }
