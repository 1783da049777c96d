/** Whether a call was done as asked (RFC 9110 section 15.3). */
export const isSuccess = (status: number): boolean => status >= 200 && status <= 299;
