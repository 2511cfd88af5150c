// Package report prints what a run of the bench found: a table for people, JSON
// for programs. It knows nothing of what was measured, only rows and verdicts.
package report
