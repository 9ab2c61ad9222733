package naming

import (
	"regexp"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/obsboot/obsboot/internal/model"
)

func TestSeries(t *testing.T) {
	for _, test := range []struct {
		kind             model.MetricKind
		name, unit, want string
	}{
		{model.Counter, "shop.orders", "{order}", "shop_orders_total"},
		{model.Counter, "shop.orders.total", "", "shop_orders_total"},
		{model.Histogram, "http.server.request.duration", "s", "http_server_request_duration_seconds"},
		{model.Histogram, "shop.order.value", "EUR", "shop_order_value_EUR"},
		{model.Gauge, "queue.fill", "1", "queue_fill_ratio"},
		{model.Gauge, "queue.fill.ratio", "1", "queue_fill_ratio"},
		{model.UpDownCounter, "go.memory.used", "By", "go_memory_used_bytes"},
		{model.Gauge, "speed", "m/s", "speed_meters_per_second"},
	} {
		if got, err := Series(test.kind, test.name, test.unit); err != nil || got != test.want {
			t.Errorf("Series(%s, %q, %q) = %q, %v, want %q", test.kind, test.name, test.unit, got, err, test.want)
		}
	}
}

func TestSeriesOf(t *testing.T) {
	histogram := model.Metric{Kind: model.Histogram, Series: "x"}
	if diff := cmp.Diff([]string{"x_bucket", "x_count", "x_sum"}, SeriesOf(histogram)); diff != "" {
		t.Error(diff)
	}
	histogram.Native = true
	if diff := cmp.Diff([]string{"x"}, SeriesOf(histogram)); diff != "" {
		t.Error(diff)
	}
}

func TestLabel(t *testing.T) {
	for attribute, want := range map[string]string{
		"payment.method": "payment_method", "http.response.status_code": "http_response_status_code", "a-b": "a_b", "a..b": "a__b",
	} {
		if got, err := Label(attribute); err != nil || got != want {
			t.Errorf("Label(%q) = %q, %v, want %q", attribute, got, err, want)
		}
	}
}

func TestGoName(t *testing.T) {
	for name, want := range map[string]string{
		"shop.order.value": "ShopOrderValue",
		"reserve stock":    "ReserveStock",
		"order.id":         "OrderID",
		"out_of_stock":     "OutOfStock",
		"http.url":         "HTTPURL",
		"3d-secure":        "X3dSecure",
		"élan":             "Élan",
		"日本":               "X日本",
		"???":              "",
		"PayPal":           "PayPal",
	} {
		if got := GoName(name); got != want {
			t.Errorf("GoName(%q) = %q, want %q", name, got, want)
		}
	}
}

var uidPattern = regexp.MustCompile(`^[a-zA-Z0-9_-]{1,40}$`)

// TestDashboardUID pins UIDs: Grafana knows dashboards by them, so they must
// never change.
func TestDashboardUID(t *testing.T) {
	for _, test := range []struct {
		parts []string
		want  string
	}{
		{[]string{"shop", "checkout"}, "obsboot-shop-checkout"},
		{[]string{"Shop", "check_out"}, "obsboot-shop-check-out"},
		{[]string{"a-rather-long-name-of-a-system", "and-of-a-service"}, "obsboot-a-rather-long-name-of-a-8a6a8a9c"},
		{[]string{"a-rather-long-name-of-a-system", "and-of-a-server"}, "obsboot-a-rather-long-name-of-a-9576cda3"},
	} {
		got := DashboardUID(test.parts...)
		if got != test.want {
			t.Errorf("DashboardUID(%q) = %q, want %q", test.parts, got, test.want)
		}
		if !uidPattern.MatchString(got) {
			t.Errorf("%q is no UID", got)
		}
	}
}

func TestSlug(t *testing.T) {
	for name, want := range map[string]string{"Check_Out": "check-out", "a--b": "a-b", " x ": "x", "é": "", "A1": "a1"} {
		if got := Slug(name); got != want {
			t.Errorf("Slug(%q) = %q, want %q", name, got, want)
		}
	}
}

func TestAnchor(t *testing.T) {
	for heading, want := range map[string]string{"Check Out": "check-out", "a_b-c": "a_b-c", "x (y)": "x-y"} {
		if got := Anchor(heading); got != want {
			t.Errorf("Anchor(%q) = %q, want %q", heading, got, want)
		}
	}
}
