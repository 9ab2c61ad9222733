package naming

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/obsboot/obsboot/internal/model"
)

func TestGoLocal(t *testing.T) {
	for name, want := range map[string]string{
		"order.id": "orderID", "id": "id", "url.path": "urlPath", "payment_method": "paymentMethod",
		"type": "typeAttr", "ctx": "ctxAttr", "len": "lenAttr", "new.customer": "newCustomer", "HTTP.route": "httpRoute",
	} {
		if got := GoLocal(name); got != want {
			t.Errorf("GoLocal(%q) = %q, want %q", name, got, want)
		}
	}
}

func TestGoTypes(t *testing.T) {
	closed := func(values ...string) []model.Attribute {
		return []model.Attribute{{Name: "reason", Type: model.StringType, Values: values}}
	}
	for _, test := range []struct {
		name    string
		service model.Service
		want    map[string]string // type to the signal that it is of
	}{
		{"shared, in any order", model.Service{
			Metrics: []model.Metric{{Name: "a", Attributes: closed("x", "y")}},
			Events:  []model.Event{{Name: "b", Attributes: closed("y", "x")}},
		}, map[string]string{"Reason": ""}},
		{"different", model.Service{
			Metrics: []model.Metric{{Name: "a", Attributes: closed("x", "y")}},
			Events:  []model.Event{{Name: "b", Attributes: closed("x")}},
		}, map[string]string{"AReason": "A", "BReason": "B"}},
		{"two share, one differs", model.Service{
			Metrics: []model.Metric{{Name: "a", Attributes: closed("x", "y")}, {Name: "c", Attributes: closed("x", "y")}},
			Spans:   []model.Span{{Name: "b", Attributes: closed("x")}},
		}, map[string]string{"Reason": "", "BReason": "B"}},
		{"two pairs", model.Service{
			Metrics: []model.Metric{{Name: "a", Attributes: closed("x")}, {Name: "b", Attributes: closed("x")}},
			Events:  []model.Event{{Name: "c", Attributes: closed("y")}, {Name: "d", Attributes: closed("y")}},
		}, map[string]string{"AReason": "A", "BReason": "B", "CReason": "C", "DReason": "D"}},
		{"booleans and standard metrics", model.Service{
			Metrics: []model.Metric{
				{Name: "a", Attributes: []model.Attribute{{Name: "ok", Type: model.BoolType, Values: []string{"false", "true"}}}},
				{Name: "b", Standard: true, Attributes: closed("x")},
			},
		}, map[string]string{}},
	} {
		got := map[string]string{}
		for _, goType := range GoTypes(&test.service) {
			got[goType.Name] = goType.Of
		}
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", test.name, diff)
		}
	}
}

// TestGoTypesOrder repeats what two attributes of one name might get in another
// order.
func TestGoTypesOrder(t *testing.T) {
	var attributes []model.Attribute
	for _, name := range []string{"a.b", "a_b", "a-b", "a/b"} {
		attributes = append(attributes, model.Attribute{Name: name, Type: model.StringType, Values: []string{"x"}})
	}
	service := &model.Service{Spans: []model.Span{{Name: "s", Attributes: attributes}}}
	want := GoTypes(service)
	for range 50 {
		if diff := cmp.Diff(want, GoTypes(service)); diff != "" {
			t.Fatalf("(-first +later):\n%s", diff)
		}
	}
}
