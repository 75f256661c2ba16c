// Where people's pictures are served.

/** Then the account, a slash, and the name of a file. */
export const PICTURE_PATH = '/media/p/';

export const pictureAddress = (account: string, file: string): string =>
  `${PICTURE_PATH}${account}/${file}`;
