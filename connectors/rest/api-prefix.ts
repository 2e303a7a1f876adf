import { OWN_PREFIX } from '../http/section.js';

export const API_PREFIX = `${OWN_PREFIX}/api`;
