"""Pictures of what dagdock knows: as text, as JSON for scripts, and drawn."""
