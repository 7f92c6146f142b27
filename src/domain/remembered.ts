/** A state never changes, and the conditions of the workflow ask the same of it again and again: once is enough. */
export function remembered<State extends object, Answer>(
  question: (state: State) => Answer,
): (state: State) => Answer {
  const answers = new WeakMap<State, { readonly answer: Answer }>();
  return (state) => {
    const known = answers.get(state) ?? { answer: question(state) };
    answers.set(state, known);
    return known.answer;
  };
}
