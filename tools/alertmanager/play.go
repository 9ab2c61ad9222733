package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"net/url"
	"slices"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/common/model"

	"github.com/prometheus/alertmanager/alert"
	"github.com/prometheus/alertmanager/config"
	amcommoncfg "github.com/prometheus/alertmanager/config/common"
	"github.com/prometheus/alertmanager/config/receiver"
	"github.com/prometheus/alertmanager/dispatch"
	"github.com/prometheus/alertmanager/eventrecorder"
	"github.com/prometheus/alertmanager/inhibit"
	"github.com/prometheus/alertmanager/notify"
	"github.com/prometheus/alertmanager/provider/mem"
	"github.com/prometheus/alertmanager/template"
)

var quiet = slog.New(slog.NewTextHandler(io.Discard, nil))

// play routes, groups, mutes and notifies.
func play(conf *config.Config, in incident) (*outcome, error) {
	ctx := context.Background()
	alerts := alertsOf(in)
	inhibitor, err := inhibitorOf(ctx, conf, alerts)
	if err != nil {
		return nil, err
	}
	defer inhibitor.Stop()
	out := &outcome{}
	open := map[string]*gathered{}
	root := dispatch.NewRoute(conf.Route, nil)
	for _, a := range alerts {
		t := told{Labels: texts(a.Labels), Muted: inhibitor.Mutes(ctx, a.Labels)}
		for _, route := range root.Match(a.Labels) {
			t.Receivers = append(t.Receivers, route.RouteOpts.Receiver)
			if t.Muted {
				continue
			}
			labels := groupLabels(a.Labels, route)
			key := route.Key() + labels.String()
			if open[key] == nil {
				open[key] = &gathered{route: route, key: key, labels: labels}
			}
			open[key].alerts = append(open[key].alerts, a)
		}
		out.Alerts = append(out.Alerts, t)
	}
	post, err := officeOf(conf, in)
	if err != nil {
		return nil, err
	}
	for _, key := range slices.Sorted(maps.Keys(open)) {
		g, err := post.deliver(ctx, open[key])
		if err != nil {
			return nil, err
		}
		out.Groups = append(out.Groups, g)
	}
	return out, nil
}

// gathered is the alerts of a group.
type gathered struct {
	route  *dispatch.Route
	key    string
	labels model.LabelSet
	alerts []*alert.Alert
}

func alertsOf(in incident) []*alert.Alert {
	now := time.Now()
	var alerts []*alert.Alert
	for _, f := range in.Alerts {
		a := &alert.Alert{UpdatedAt: now, Alert: model.Alert{
			Labels: labelSet(f.Labels), Annotations: labelSet(f.Annotations),
			StartsAt: now.Add(-time.Hour), EndsAt: now.Add(time.Hour),
		}}
		if f.Resolved {
			a.EndsAt = now.Add(-time.Second)
		}
		alerts = append(alerts, a)
	}
	return alerts
}

// labelSet leaves out empty labels: in Prometheus they do not exist.
func labelSet(labels map[string]string) model.LabelSet {
	set := model.LabelSet{}
	for name, value := range labels {
		if value != "" {
			set[model.LabelName(name)] = model.LabelValue(value)
		}
	}
	return set
}

func texts(set model.LabelSet) map[string]string {
	out := map[string]string{}
	for name, value := range set {
		out[string(name)] = string(value)
	}
	return out
}

func groupLabels(labels model.LabelSet, route *dispatch.Route) model.LabelSet {
	group := model.LabelSet{}
	for name, value := range labels {
		if _, ok := route.RouteOpts.GroupBy[name]; ok || route.RouteOpts.GroupByAll {
			group[name] = value
		}
	}
	return group
}

func inhibitorOf(ctx context.Context, conf *config.Config, alerts []*alert.Alert) (*inhibit.Inhibitor, error) {
	recorder := eventrecorder.Recorder{}
	store, err := mem.NewAlerts(ctx, time.Hour, 0, nil, quiet, recorder, prometheus.NewRegistry(), nil)
	if err != nil {
		return nil, fmt.Errorf("keep alerts: %w", err)
	}
	if err := store.Put(ctx, alerts...); err != nil {
		return nil, fmt.Errorf("keep alerts: %w", err)
	}
	inhibitor := inhibit.NewInhibitor(store, conf.InhibitRules, quiet, recorder)
	go inhibitor.Run()
	inhibitor.WaitForLoading()
	return inhibitor, nil
}

// office delivers notifications.
type office struct {
	integrations map[string][]notify.Integration
}

func officeOf(conf *config.Config, in incident) (*office, error) {
	tmpl, err := template.FromGlobs(conf.Templates)
	if err != nil {
		return nil, fmt.Errorf("parse the templates: %w", err)
	}
	tmpl.ExternalURL, err = url.Parse("http://alertmanager.example:9093")
	if err != nil {
		return nil, err
	}
	post := &office{integrations: map[string][]notify.Integration{}}
	for _, r := range conf.Receivers {
		if err := redirect(r, in); err != nil {
			return nil, err
		}
		built, err := receiver.BuildReceiverIntegrations(r, tmpl, quiet)
		if err != nil {
			return nil, fmt.Errorf("build %s: %w", r.Name, err)
		}
		post.integrations[r.Name] = built
	}
	return post, nil
}

// redirect sends to a stand-in what would go to a service on the internet.
func redirect(r config.Receiver, in incident) error {
	pagerDuty, err1 := url.Parse(in.PagerDuty)
	opsgenie, err2 := url.Parse(in.Opsgenie)
	if err := errors.Join(err1, err2); err != nil {
		return err
	}
	for _, c := range r.PagerdutyConfigs {
		c.URL = &amcommoncfg.URL{URL: pagerDuty}
	}
	for _, c := range r.OpsGenieConfigs {
		c.APIURL = &amcommoncfg.URL{URL: opsgenie}
	}
	return nil
}

func (o *office) deliver(ctx context.Context, g *gathered) (group, error) {
	opts := g.route.RouteOpts
	ctx = notify.WithReceiverName(ctx, opts.Receiver)
	ctx = notify.WithGroupKey(ctx, g.key)
	ctx = notify.WithGroupLabels(ctx, g.labels)
	ctx = notify.WithNotificationReason(ctx, notify.ReasonFirstNotification)
	out := group{
		Receiver: opts.Receiver, Labels: texts(g.labels), Alerts: len(g.alerts),
		Wait: opts.GroupWait.String(), Interval: opts.GroupInterval.String(), Repeat: opts.RepeatInterval.String(),
	}
	for _, i := range o.integrations[opts.Receiver] {
		alerts := g.alerts
		if !i.SendResolved() {
			alerts = slices.DeleteFunc(slices.Clone(alerts), func(a *alert.Alert) bool { return a.Resolved() })
		}
		if len(alerts) == 0 {
			continue
		}
		if _, err := i.Notify(ctx, alerts...); err != nil {
			out.Failed = append(out.Failed, i.Name()+": "+err.Error())
			continue
		}
		out.Sent = append(out.Sent, i.Name())
	}
	slices.SortFunc(out.Sent, cmp.Compare[string])
	return out, nil
}
