package wire_test

import (
	"strings"
	"testing"

	"github.com/fingerpost/fingerpost/sync/wire"
)

func TestCheckRegion(t *testing.T) {
	for region, good := range map[string]bool{
		"": true, "eu-west-1": true, "São Paulo": true, strings.Repeat("x", wire.MaxRegion): true,
		strings.Repeat("x", wire.MaxRegion+1): false, "a\nb": false, "\xff": false, "a\x00": false,
	} {
		if err := wire.CheckRegion(region); (err == nil) != good {
			t.Errorf("%q: %v", region, err)
		}
	}
}
