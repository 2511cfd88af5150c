package wire

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// MaxRegion is how many bytes a region's name may have.
const MaxRegion = 64

// CheckRegion says why a region's name cannot be told to others: an edge whose
// presence could not be encoded would be listed nowhere. "" is a region too.
func CheckRegion(region string) error {
	if len(region) > MaxRegion || !utf8.ValidString(region) || strings.ContainsFunc(region, unicode.IsControl) {
		return fmt.Errorf("%.80q must be at most %d bytes of UTF-8, without control characters", region, MaxRegion)
	}
	return nil
}
