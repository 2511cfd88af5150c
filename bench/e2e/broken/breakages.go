package main

import "slices"

// breakages are all of them, by the part that they break.
var breakages = slices.Concat(edgeFaults, clickFaults, planeFaults, storeFaults, apiFaults, secretFaults, sharedFaults)
