export { readTime } from '@pipeline/program';
