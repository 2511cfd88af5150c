package main

import (
	"errors"
	"testing"

	"github.com/fingerpost/fingerpost/edge/node"
)

// Errors about settings name the flag that they came from.
func TestFlagNames(t *testing.T) {
	for setting, want := range map[string]string{
		"ID": "--id: broken", "Addr": "--addr: broken", "OpsAddr": "--ops-addr: broken", "CacheBytes": "--cache-bytes: broken",
		"Absences": "--negative-entries: broken", "MaxStale": "--max-stale: broken", "Control": "--control: broken",
		"SpoolBytes": "--spool-bytes: broken", "CountryDB": "--country-db: broken",
		"TLSAddr": "--tls-addr: broken", "TLSCert": "--tls-cert: broken", "TLSKey": "--tls-key: broken", "MaxConnectionsPerAddress": "--max-connections-per-address: broken",
	} {
		err := new(command).name(&node.SettingError{Setting: setting, Err: errors.New("broken")})
		if err.Error() != want {
			t.Errorf("%s: %q, want %q", setting, err, want)
		}
	}
}

func TestBrowsable(t *testing.T) {
	for addr, want := range map[string]string{
		"[::]:8000": "http://localhost:8000", "0.0.0.0:8000": "http://localhost:8000",
		"127.0.0.1:8000": "http://127.0.0.1:8000", "[::1]:8000": "http://[::1]:8000",
	} {
		if got := browsable(addr); got != want {
			t.Errorf("%s: %q, want %q", addr, got, want)
		}
	}
}
