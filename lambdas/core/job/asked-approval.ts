/** What a job that asks for a decision keeps of it. Its input has the mark in place of the address. */
export interface AskedApproval {
  id: string;
  /** Which of the recipients it asks, from 0. */
  recipient: number;
  /** What makes the mark of this job unlike any text. */
  mark: string;
}

/** What stands for the address of an approval in the input of a job. It is shown there, so it says what it is. */
export const approvalMark = (id: string): string => `approval.url.${id}`;
