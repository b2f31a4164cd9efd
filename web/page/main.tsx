import { render } from 'preact';
import { Page } from './page.js';
import { listenToKeys } from './state/keys.js';
import { followCampaign } from './state/live.js';
import { openSession } from './state/session.js';

listenToKeys();
followCampaign();
void openSession();
render(<Page />, document.getElementById('page')!);
