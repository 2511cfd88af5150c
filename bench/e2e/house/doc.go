// Package house holds the walls: who may import whom, and what stands at the
// top of the repository. Its tests read the module's import graph.
package house
