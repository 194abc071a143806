-- When a channel last took something is asked whenever an officer looks at their district.
CREATE INDEX receipt_by_channel ON receipt (channel, accepted, at_ms);
