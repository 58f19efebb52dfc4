"""Track applications: board, timeline, reminders. Face of the room."""
