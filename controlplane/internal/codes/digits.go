package codes

// put writes n with as many digits as text is long, the most significant first.
func put(text []byte, n uint64) {
	for i := len(text) - 1; i >= 0; i-- {
		text[i] = digits[n%base]
		n /= base
	}
}

// value is the inverse of put; ok is false if text has anything but digits.
func value(text string) (n uint64, ok bool) {
	for i := 0; i < len(text); i++ {
		d, ok := digit(text[i])
		if !ok {
			return 0, false
		}
		n = n*base + d
	}
	return n, true
}

func digit(c byte) (d uint64, ok bool) {
	switch {
	case '0' <= c && c <= '9':
		return uint64(c - '0'), true
	case 'A' <= c && c <= 'Z':
		return uint64(c-'A') + 10, true
	case 'a' <= c && c <= 'z':
		return uint64(c-'a') + 36, true
	}
	return 0, false
}
