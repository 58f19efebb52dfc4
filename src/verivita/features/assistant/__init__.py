"""Conversations: route each message to answers or to the agent. Face of the room."""
