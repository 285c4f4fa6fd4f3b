/** The database's own figures, as tables and pairs. */
const number = new Intl.NumberFormat("en", { maximumFractionDigits: 1 });
const size = (bytes: number) => {
  const units = ["bytes", "kB", "MB", "GB", "TB"];
  const power = bytes < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log10(bytes) / 3));
  return `${number.format(bytes / 1000 ** power)} ${units[power]}`;
};

type Query = { query: string; calls: number; meanMs: number; maxMs: number };

export function SlowQueries({ queries }: { queries: readonly Query[] | null }) {
  return (
    <section aria-labelledby="slow">
      <h2 className="part" id="slow">
        Slow queries
      </h2>
      {queries === null || queries.length === 0 ? (
        <p className="note">
          {queries === null
            ? "Not available here: this database does not have pg_stat_statements, or the server does not load it."
            : "None yet: nothing was counted since the statistics were reset."}
        </p>
      ) : (
        <table className="data">
          <thead>
            <tr>
              <th scope="col">Query</th>
              <th scope="col" className="end">
                Calls
              </th>
              <th scope="col" className="end">
                Mean
              </th>
              <th scope="col" className="end">
                Max
              </th>
            </tr>
          </thead>
          <tbody>
            {queries.map(({ query, calls, meanMs, maxMs }) => (
              <tr key={query}>
                <td className="sql" title={query}>
                  {query}
                </td>
                <td className="end">{number.format(calls)}</td>
                <td className="end">{`${number.format(meanMs)} ms`}</td>
                <td className="end">{`${number.format(maxMs)} ms`}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}

type Table = { name: string; liveRows: number; tableBytes: number; indexBytes: number };
type Index = { name: string; table: string; method: string; bytes: number; isValid: boolean };

const MOST_TABLES = 8;

/** The largest tables, and every index of vectors. */
export function Sizes({ tables, indexes }: { tables: readonly Table[]; indexes: readonly Index[] }) {
  const validOf = (name: string) =>
    indexes.filter(({ table, isValid }) => [table, `public.${table}`].includes(name) && !isValid);
  const largest = tables.toSorted((a, b) => b.tableBytes + b.indexBytes - a.tableBytes - a.indexBytes);
  return (
    <section aria-labelledby="size">
      <h2 className="part" id="size">
        Tables and indexes
      </h2>
      <table className="data sizes">
        <thead>
          <tr>
            <th scope="col">Name</th>
            <th scope="col" className="end">
              Size
            </th>
            <th scope="col" className="end">
              Rows
            </th>
            <th scope="col" className="end">
              Indexes
            </th>
          </tr>
        </thead>
        <tbody>
          {largest.slice(0, MOST_TABLES).map(({ name, tableBytes, indexBytes, liveRows }) => (
            <tr key={name}>
              <td className="key">{name}</td>
              <td className="end">{size(tableBytes + indexBytes)}</td>
              <td className="end">{number.format(liveRows)}</td>
              <td className="end">{validOf(name).length === 0 ? "valid" : "not valid"}</td>
            </tr>
          ))}
          {indexes
            .filter(({ method }) => method === "hnsw")
            .map(({ name, bytes, isValid }) => (
              <tr key={name}>
                <td className="key">{name}</td>
                <td className="end">{size(bytes)}</td>
                <td className="end">HNSW</td>
                <td className="end">{isValid ? "valid" : "not valid"}</td>
              </tr>
            ))}
        </tbody>
      </table>
    </section>
  );
}

export type PairsProps = {
  id: string;
  title: string;
  pairs: readonly (readonly [name: string, value: string])[];
};

export function Pairs({ id, title, pairs }: PairsProps) {
  return (
    <section aria-labelledby={id}>
      <h2 className="part" id={id}>
        {title}
      </h2>
      <dl className="pairs">
        {pairs.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
