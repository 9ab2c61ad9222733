package nearest

import "testing"

func TestName(t *testing.T) {
	known := []string{"payments", "checkout", "storefront", "web", "wed"}
	for _, test := range []struct{ name, want string }{
		{"payment", "payments"},
		{"Payments", "payments"},
		{"chekcout", "checkout"},
		{"wbe", "web"}, // as near as "wed"? no: two changes against two, and the first wins
		{"we", "web"},
		{"fulfilment", ""},
		{"", ""},
		{"web", "wed"}, // the name itself is not a suggestion
	} {
		if got := Name(test.name, known); got != test.want {
			t.Errorf("Name(%q) = %q, want %q", test.name, got, test.want)
		}
	}
}
