package bank

import "testing"

func TestDay(t *testing.T) { Day() }
