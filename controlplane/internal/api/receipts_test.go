package api_test

import "testing"

// TestNoReceiptForNoRevision: 0 says that etcd did not hear of a change in time,
// so no edge can be said to have applied it.
func TestNoReceiptForNoRevision(t *testing.T) {
	f := start(t)
	for _, revision := range []string{"0", "-1", "x", "99999999999999999999"} {
		t.Run(revision, func(t *testing.T) {
			f.do("GET", "/api/v1/receipts/"+revision, "").want(t, 422, "invalid_request", "revision")
		})
	}
}
