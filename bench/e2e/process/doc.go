// Package process builds the project's programs and runs them as child
// processes of tests: the real binaries, real signals, real exits.
//
// A child never outlives its test process, however that ends. What a child
// wrote is shown when its test fails. Ports are chosen for it below the range
// from which the kernel takes those of outgoing connections, so that a program
// can be restarted on its port while clients come and go.
package process
