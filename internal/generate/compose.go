package generate

import (
	"crypto/sha256"
	"encoding/hex"
	"maps"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/compose-spec/compose-go/v2/types"

	"github.com/obsboot/obsboot/internal/artifact"
	"github.com/obsboot/obsboot/internal/model"
	"github.com/obsboot/obsboot/internal/stack"
)

// compose makes compose.yaml: the servers, each without rights that it does not
// need. It takes the files that were made before, because a container is made
// anew when what it reads changes.
func compose(sys *model.System, made []artifact.File) ([]artifact.File, error) {
	project := types.Project{
		Name:     stack.Project(sys),
		Services: types.Services{},
		Volumes:  types.Volumes{},
	}
	secrets := stack.SecretFiles(sys)
	for _, c := range stack.Components(sys.Stack) {
		service := composeService(sys, c, made)
		service.Volumes = append(service.Volumes, secretVolumes(secrets[c.Name])...)
		project.Services[c.Name] = service
		project.Volumes[c.Data.Name] = types.VolumeConfig{}
	}
	collectorVolume(&project)
	grafanaService(sys, &project)
	if slices.ContainsFunc(sys.Services, func(s model.Service) bool { return s.Source != nil }) {
		service := project.Services[stack.Prometheus]
		service.ExtraHosts = types.HostsList{"host.docker.internal": {"host-gateway"}}
		project.Services[stack.Prometheus] = service
	}
	file, err := yamlFile(sys, "compose.yaml", project)
	if err != nil {
		return nil, err
	}
	file.Content = spaced(file.Content)
	return []artifact.File{file}, nil
}

// composeService is what all servers have in common.
func composeService(sys *model.System, c stack.Component, made []artifact.File) types.ServiceConfig {
	service := hardened(c.Image, c.User)
	service.Command = c.Args
	service.WorkingDir = c.Dir
	service.Restart = types.RestartPolicyUnlessStopped
	service.MemLimit = types.UnitBytes(c.Memory)
	service.MemSwapLimit = service.MemLimit
	service.StopGracePeriod = duration(20 * time.Second)
	service.Labels = types.Labels{
		stack.LabelSystem: sys.Name,
		stack.LabelConfig: configHash(c, made),
	}
	// The garbage collector works harder long before the limit is reached.
	service.Environment = types.MappingWithEquals{"GOMEMLIMIT": text(strconv.FormatInt(c.Memory*60/100, 10))}
	service.Volumes = []types.ServiceVolumeConfig{
		bind("./"+c.Config, c.Target),
		{Type: types.VolumeTypeVolume, Source: c.Data.Name, Target: c.Data.Target},
	}
	for _, p := range c.Ports {
		service.Ports = append(service.Ports, types.ServicePortConfig{
			Name: strings.ReplaceAll(p.Name, "_", "-"), HostIP: "127.0.0.1", Target: uint32(p.Target), Published: strconv.Itoa(p.Published), Protocol: "tcp",
		})
	}
	service.HealthCheck = &types.HealthCheckConfig{
		Test:        append(types.HealthCheckTest{"CMD"}, c.Check...),
		Interval:    duration(15 * time.Second),
		Timeout:     duration(5 * time.Second),
		Retries:     count(4),
		StartPeriod: duration(60 * time.Second),
	}
	return service
}

// hardened is a container that may do nothing but run.
func hardened(image, user string) types.ServiceConfig {
	return types.ServiceConfig{ContainerSpec: types.ContainerSpec{
		Image:       image,
		User:        user,
		ReadOnly:    true,
		CapDrop:     []string{"ALL"},
		SecurityOpt: []string{"no-new-privileges:true"},
		PidsLimit:   512,
		Tmpfs:       types.StringList{"/tmp:size=64m,mode=1777"},
		Logging: &types.LoggingConfig{
			Driver: "json-file", Options: types.Options{"max-size": "10m", "max-file": "3"},
		},
	}}
}

// configHash changes when a file changes that the component reads at start only.
// Prometheus reads its rules again when told to, Grafana its dashboards and Loki
// its rules by themselves.
func configHash(c stack.Component, made []artifact.File) string {
	hash := sha256.New()
	for _, f := range made {
		atRuntime := strings.HasPrefix(f.Path, "prometheus/rules/") || strings.HasPrefix(f.Path, "prometheus/tests/") ||
			strings.HasPrefix(f.Path, "loki/rules/")
		if f.Tree == artifact.Out && strings.HasPrefix(f.Path, c.Config+"/") && !atRuntime {
			hash.Write([]byte(f.Path + "\x00"))
			hash.Write(f.Content)
		}
	}
	return hex.EncodeToString(hash.Sum(nil)[:8])
}

// secretVolumes mounts what holds the secrets of a component: folders rather than
// files, so that a file may come later.
func secretVolumes(files []string) []types.ServiceVolumeConfig {
	mounts := map[string]types.ServiceVolumeConfig{}
	for _, file := range files {
		source, target := file, stack.SecretPath(file)
		if folder := path.Dir(file); !path.IsAbs(file) {
			source = "./" + file
			if folder != "." {
				source, target = "./"+folder, path.Dir(target)
			}
		}
		mounts[target] = bind(escapeDollars(source), escapeDollars(target))
	}
	var out []types.ServiceVolumeConfig
	for _, target := range slices.Sorted(maps.Keys(mounts)) {
		out = append(out, mounts[target])
	}
	return out
}

// collectorVolume has the collector's volume made by a container whose image has
// a folder of the right owner, since the collector's image has none.
func collectorVolume(project *types.Project) {
	c := project.Services[stack.Collector]
	init := hardened(project.Services[stack.Loki].Image, c.User)
	init.Command = []string{"-version"}
	init.Restart = types.RestartPolicyNo
	init.NetworkMode = "none"
	init.MemLimit = 64 << 20
	init.Labels = types.Labels{stack.LabelSystem: c.Labels[stack.LabelSystem]}
	init.Volumes = []types.ServiceVolumeConfig{{Type: types.VolumeTypeVolume, Source: stack.Collector, Target: "/loki"}}
	project.Services[stack.CollectorInit] = init
	c.DependsOn = types.DependsOnConfig{stack.CollectorInit: {Condition: types.ServiceConditionCompletedSuccessfully, Required: true}}
	project.Services[stack.Collector] = c
}

func bind(source, target string) types.ServiceVolumeConfig {
	return types.ServiceVolumeConfig{
		Type: types.VolumeTypeBind, Source: source, Target: target, ReadOnly: true,
		Bind: &types.ServiceVolumeBind{SELinux: "z", CreateHostPath: true},
	}
}

func duration(d time.Duration) *types.Duration {
	out := types.Duration(d)
	return &out
}

func count(n uint64) *uint64 { return &n }

func text(s string) *string { return &s }
