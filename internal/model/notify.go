package model

// Setting returns an argument of a notification, or nothing if it is not set.
func (n Notify) Setting(name string) string {
	for _, setting := range n.Settings {
		if setting.Name == name {
			return setting.Value
		}
	}
	return ""
}
