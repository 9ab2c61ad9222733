module github.com/obsboot/obsboot/e2e/tools/alertmanager

go 1.26

require github.com/prometheus/alertmanager v0.34.2 // indirect
