import { render } from "preact";

const Page = () => <h1>Ductape Jobs</h1>;

const place = document.getElementById("app");
if (place) render(<Page />, place);
