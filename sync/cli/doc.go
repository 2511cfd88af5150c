// Package cli is what the programs' mains share: flags with an environment
// variable for each (--name, FINGERPOST_NAME), a text log on standard error,
// and signals turned into the end of a context.
//
// A setting that cannot work is told in one line on standard error with exit
// status 2; any other failure exits with 1. Standard output belongs to the
// program's own result, such as its ready line.
package cli
