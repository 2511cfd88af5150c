// Package e2e holds the tests of the whole system: the real programs as
// processes of their own, on a real PostgreSQL and a real etcd, or all in one
// as standalone, looked at only from outside.
//
// TestStandalone and TestThreeProcesses are bench verify at a small size, and
// the story that the README tells. The others hold one promise of the design
// each while something is killed or frozen: TestDurableAndUnique (promise 1),
// TestNoGoingBack (2) and TestByteForByte (6).
//
// Without PostgreSQL the tests that need it are skipped, or fail if
// FINGERPOST_REQUIRE_ALL is set. etcd is built from the pinned module.
package e2e
