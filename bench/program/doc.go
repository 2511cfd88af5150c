// Package program runs this project's programs, and etcd, as processes of a bench:
// started, waited for, ended and started again. On Linux no process outlives its
// bench, however that ends.
package program
