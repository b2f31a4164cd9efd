import { PlusctError } from './errors.js';

/** What a field of one item holds: none, one or several values. */
export type FieldValues = readonly (string | number | boolean)[];

/** Gives the values of a field of one item. Only names that `knows` accepted are asked for. */
export type FieldReader = (field: string) => FieldValues;

/** A parsed query: whether it holds for an item. It answers for every item and never throws. */
export type Query = (read: FieldReader) => boolean;

type Operator = '=' | '!=' | '<' | '<=' | '>' | '>=';
interface Token {
  readonly kind: 'word' | 'text' | 'sign' | 'end';
  readonly text: string;
  readonly at: number;
}

const tokenPattern = /\s*(?:"((?:[^"\\]|\\.)*)"|(!=|<=|>=|[=<>&|!(),])|([^\s"=<>&|!(),]+))/y;
/** Deeper brackets are a mistake, and must not become a full stack. */
const maxDepth = 50;

/**
 * Parses a query over named fields:
 *
 *     query      = all { "|" all }
 *     all        = one { "&" one }
 *     one        = "!" one | "(" query ")" | field [ operator value { "," value } ]
 *     operator   = "=" | "!=" | "<" | "<=" | ">" | ">="
 *     value      = word | "text in quotes"
 *
 * `and`, `or` and `not` may stand for `&`, `|` and `!`. A field without an operator holds when it has a value. `=` holds when any value
 * of the field equals any of those given, whatever the case of letters, `*` standing for any run of characters; numbers are
 * compared as numbers. `!=` is the opposite of `=` and so holds for a field without values. The other operators take one number
 * and hold when any number of the field is so.
 * Throws `InvalidInput` that names the place, and the field where `knows` refuses one.
 */
export function parseQuery(text: string, knows: (field: string) => boolean): Query {
  return new QueryParser(text, knows).whole();
}

class QueryParser {
  private readonly tokens: Token[];
  private next = 0;
  private depth = 0;

  constructor(
    private readonly text: string,
    private readonly knows: (field: string) => boolean,
  ) {
    this.tokens = this.split();
  }

  whole(): Query {
    const query = this.any();
    if (this.peek().kind !== 'end') throw this.fault(this.peek(), "expected '&', '|' or the end");
    return query;
  }

  private split(): Token[] {
    const tokens: Token[] = [];
    const end = this.text.trimEnd().length;
    tokenPattern.lastIndex = 0;
    while (tokenPattern.lastIndex < end) {
      const from = tokenPattern.lastIndex;
      const match = tokenPattern.exec(this.text);
      if (match === null)
        throw this.fault(
          { kind: 'text', text: this.text.slice(from).trim(), at: from },
          'a quote is not closed',
        );
      const [whole, quoted, sign, word] = match;
      const at = from + whole.length - whole.trimStart().length;
      if (quoted !== undefined) tokens.push({ kind: 'text', text: quoted.replace(/\\(.)/g, '$1'), at });
      else if (sign !== undefined) tokens.push({ kind: 'sign', text: sign, at });
      else tokens.push({ ...spelled(word!), at });
    }
    return [...tokens, { kind: 'end', text: '', at: end }];
  }

  private any(): Query {
    const parts = [this.all()];
    while (this.takeSign('|')) parts.push(this.all());
    return parts.length === 1 ? parts[0] : (read) => parts.some((part) => part(read));
  }

  private all(): Query {
    const parts = [this.one()];
    while (this.takeSign('&')) parts.push(this.one());
    return parts.length === 1 ? parts[0] : (read) => parts.every((part) => part(read));
  }

  private one(): Query {
    this.depth += 1;
    if (this.depth > maxDepth) throw this.fault(this.peek(), `brackets are deeper than ${maxDepth}`);
    const query = this.takeSign('!')
      ? negated(this.one())
      : this.takeSign('(')
        ? this.bracket()
        : this.comparison();
    this.depth -= 1;
    return query;
  }

  private bracket(): Query {
    const query = this.any();
    if (!this.takeSign(')')) throw this.fault(this.peek(), "expected ')'");
    return query;
  }

  private comparison(): Query {
    const token = this.take();
    if (token.kind !== 'word') throw this.fault(token, 'expected a field');
    const field = token.text;
    if (!this.knows(field)) throw this.fault(token, 'there is no such field');
    const operator = this.operator();
    if (operator === undefined) return (read) => read(field).length > 0;
    const wanted = [this.value()];
    while (this.takeSign(',')) wanted.push(this.value());
    if (operator === '=' || operator === '!=') {
      const tests = wanted.map(({ text }) => equality(text));
      const equal: Query = (read) => read(field).some((value) => tests.some((test) => test(value)));
      return operator === '=' ? equal : negated(equal);
    }
    return this.ordered(field, operator, wanted);
  }

  private ordered(field: string, operator: Exclude<Operator, '=' | '!='>, wanted: readonly Token[]): Query {
    const [token] = wanted;
    if (wanted.length > 1) throw this.fault(wanted[1], `'${operator}' takes one number`);
    const bound = numberOf(token.text);
    if (bound === undefined) throw this.fault(token, `'${operator}' takes a number`);
    const holds = orders[operator];
    return (read) => read(field).some((value) => typeof value === 'number' && holds(value, bound));
  }

  private operator(): Operator | undefined {
    const { kind, text } = this.peek();
    if (kind !== 'sign' || !isOperator(text)) return undefined;
    this.next += 1;
    return text;
  }

  private value(): Token {
    const token = this.take();
    if (token.kind === 'word' || token.kind === 'text') return token;
    throw this.fault(token, 'expected a value; put text with spaces or signs in double quotes');
  }

  private takeSign(text: string): boolean {
    const { kind, text: found } = this.peek();
    if (kind !== 'sign' || found !== text) return false;
    this.next += 1;
    return true;
  }

  private peek(): Token {
    return this.tokens[this.next];
  }

  private take(): Token {
    const token = this.peek();
    if (token.kind !== 'end') this.next += 1;
    return token;
  }

  private fault({ kind, text, at }: Token, what: string): PlusctError {
    const found = kind === 'end' ? 'at the end' : `at '${text}' (character ${at + 1})`;
    return new PlusctError('InvalidInput', `The query "${this.text}" cannot be read ${found}: ${what}.`);
  }
}

const words: Readonly<Record<string, string>> = { and: '&', or: '|', not: '!' };

function spelled(word: string): Pick<Token, 'kind' | 'text'> {
  const sign = Object.hasOwn(words, word.toLowerCase()) ? words[word.toLowerCase()] : undefined;
  return sign === undefined ? { kind: 'word', text: word } : { kind: 'sign', text: sign };
}

function isOperator(text: string): text is Operator {
  return text === '=' || text === '!=' || Object.hasOwn(orders, text);
}

const orders = {
  '<': (a: number, b: number) => a < b,
  '<=': (a: number, b: number) => a <= b,
  '>': (a: number, b: number) => a > b,
  '>=': (a: number, b: number) => a >= b,
};

function negated(query: Query): Query {
  return (read) => !query(read);
}

function numberOf(text: string): number | undefined {
  const value = Number(text);
  return text.trim() !== '' && Number.isFinite(value) ? value : undefined;
}

function equality(wanted: string): (value: string | number | boolean) => boolean {
  const number = numberOf(wanted);
  const parts = wanted.toLowerCase().split('*');
  return (value) =>
    typeof value === 'number' && number !== undefined
      ? value === number
      : fits(String(value).toLowerCase(), parts);
}

/** Whether `parts` follow one another in `text`, with anything between them; no pattern can make it slow. */
function fits(text: string, parts: readonly string[]): boolean {
  const [first, ...rest] = parts;
  const last = rest.pop();
  if (last === undefined) return text === first;
  if (!text.startsWith(first)) return false;
  let from = first.length;
  for (const part of rest) {
    const found = text.indexOf(part, from);
    if (found < 0) return false;
    from = found + part.length;
  }
  return text.length - last.length >= from && text.endsWith(last);
}
