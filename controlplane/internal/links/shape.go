package links

import "strings"

// lookalikes maps what is easily taken for something else, on paper or when read
// aloud, to one of the two. The pairs are those of Unicode TR 39's confusables
// inside the alphabet of codes.
const lookalikes = "0o" + "1l" + "il" + "|l" + "5s" + "2z" + "8b" + "6g" + "9g" + "_-"

// shape is what code looks like at a glance: codes of one shape are easily taken
// for each other, such as paypal and PayPa1.
func shape(code string) string {
	b := []byte(strings.ToLower(code))
	for i, c := range b {
		for j := 0; j < len(lookalikes); j += 2 {
			if c == lookalikes[j] {
				b[i] = lookalikes[j+1]
			}
		}
	}
	text := strings.ReplaceAll(string(b), "rn", "m")
	return strings.ReplaceAll(text, "vv", "w")
}
