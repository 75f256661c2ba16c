export const MODERATION_VIEWS = ['open', 'appealed', 'decided', 'closed', 'audit'] as const;
export type ModerationView = (typeof MODERATION_VIEWS)[number];
