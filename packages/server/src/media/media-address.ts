// Where the files of people's videos are served.

/** Then the video, a slash, and the name of a file. */
export const MEDIA_PATH = '/media/v/';
