// Bench measures and verifies a running Fingerpost through its public
// interfaces. It never starts or configures one; what it needs is a control
// plane's URL, an API key and the edges' URLs. Only "compare", "scale" and
// "verify --clicks" start what they measure.
package main
